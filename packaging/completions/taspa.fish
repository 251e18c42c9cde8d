# The program writes its completions, so they are those of the version that runs.
taspa completions fish | source
