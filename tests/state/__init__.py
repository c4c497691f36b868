"""The product's first promise: a row causes at most one account, whatever fails, and its fate is known.

`server` is a small OneFile of its own, `mortal` a process that may die between any two steps, `college` what stands
between them, `judge` what must hold after every process, and `machine` the random schedules.
"""
