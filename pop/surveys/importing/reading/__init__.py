"""From a stranger's file to tables, or to the reasons why not. What a library makes of it is never believed first."""
