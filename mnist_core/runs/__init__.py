"""Training runs on a Dask cluster: start, watch, steer, keep.

`service.py` is the door; the rest stands behind it. News flows one way, orders the other:

    page → service → dispatcher → turn ─ exchange ─▶ session ← worker → training
                 record ◀── news ──┘
                 record → writer → database → shelf → service

The web process holds a `record` of each run and gives out frozen snapshots of it. A Dask worker runs one
`turn` of a run at a time: `worker` trains, and its `session` is the mailbox the turn looks into. Which run
gets a worker, and which gives one back, is decided in `fairness`. What of a record is written is an `entry`. The
`database` opens the `store`, and begins a new one where its file is lost (`damage`).
"""
