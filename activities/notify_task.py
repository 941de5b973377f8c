"""What the delivery of a notice is asked."""

from search.notice import Notice, ReceiverName
from search.value import Value


class NotifyTask(Value):
    """One notice for one receiver."""

    receiver: ReceiverName
    notice: Notice
