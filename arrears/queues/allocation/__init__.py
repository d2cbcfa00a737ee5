"""Who gets which work item today: the day's items given to collectors so that the most money follows.

`problem` says what is given, `solve` finds a plan and `report` tells how good it is and what one more hour would bring.
"""
