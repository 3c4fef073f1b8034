"""What keeps langsong from running on this machine, and the command that changes it.

Standard library only, and no other room: it must work when everything else is broken.
"""

WAIT_S = 1.5  # for torch to answer; all of it shall take two seconds
