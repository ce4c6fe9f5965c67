"""What every call goes through, whatever its method: one module a concern.

The pipeline composes them once per method at start-up; none of them knows a
servicer, and no servicer knows them.
"""
