"""What can happen to the directory: each verb one transaction, with permission, audit and event inside."""
