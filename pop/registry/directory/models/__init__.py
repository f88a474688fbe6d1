"""What the directory keeps: who helps, where, how, and how we know it."""

from pop.registry.directory.models.emergency import EmergencyNumber, Notice
from pop.registry.directory.models.evidence import Change, Evidence, LinkCheck, RegistryText
from pop.registry.directory.models.review import Approval, Proposal, Task
from pop.registry.directory.models.services import Contact, Organisation, Service

__all__ = [
    "Approval",
    "Change",
    "Contact",
    "EmergencyNumber",
    "Evidence",
    "LinkCheck",
    "Notice",
    "Organisation",
    "Proposal",
    "RegistryText",
    "Service",
    "Task",
]
