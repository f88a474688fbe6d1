"""From a child's need to the right open service: the pages a child sees and the doors that platforms ask."""
