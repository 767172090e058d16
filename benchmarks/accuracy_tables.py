def report(*a): return ""
