# The program writes its completions, so they are those of the version that runs.
eval "$(taspa completions bash)"
