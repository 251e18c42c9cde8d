# The image of taspa: one static binary on an empty root, run by nobody in particular.
#
#   docker build -t taspa .
#   docker run -p 8080:8080 taspa                   # the sample newsroom
#   docker run -p 8080:8080 --read-only --cap-drop ALL -v "$PWD/feeds.toml:/etc/taspa/feeds.toml:ro" \
#       -v "$PWD/articles:/etc/taspa/articles:ro" -v taspa-state:/etc/taspa/state taspa
#
# `--build-arg VERSION=… --build-arg REVISION=…` say in its labels what it is, with the commit also in `taspa --version`.
#
# To put in a binary that exists already, give a folder that takes the place of the first stage:
# with the static binary as `taspa`, and an empty folder `empty`.
#
#   docker build --build-context compiled=FOLDER -t taspa .

FROM rust:1.95-slim-bookworm AS compiled
WORKDIR /build
# With a target named, the flags leave build scripts and procedural macros alone.
ENV RUSTFLAGS="-C target-feature=+crt-static" \
    CARGO_BUILD_TARGET=host-tuple

# The program names the crates that it is made of.
RUN cargo install --locked --root /usr/local cargo-auditable --version '^0.7'

# The dependencies make a layer of their own, kept until Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && touch src/lib.rs \
    && echo 'fn main() {}' > src/main.rs \
    && cargo auditable build --profile dist --locked

# Cargo goes by file times, and the sources may be older than what stood in for them.
COPY build.rs ./
COPY examples/sql examples/sql
COPY src src
ARG REVISION
RUN touch src/lib.rs src/main.rs \
    && TASPA_COMMIT="$REVISION" cargo auditable build --profile dist --locked \
    && mv target/*/dist/taspa /taspa \
    && mkdir /empty

FROM scratch
ARG VERSION=""
ARG REVISION=""
LABEL org.opencontainers.image.title="taspa" \
      org.opencontainers.image.description="Feed server of a newsroom: stored articles as RSS, Atom and JSON feeds" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

COPY --from=compiled /taspa /taspa
COPY feeds.toml /etc/taspa/feeds.toml
COPY tests/newsroom /etc/taspa/tests/newsroom
# What the daemon remembers, and scratch files where it cannot remember anything.
COPY --from=compiled --chown=65532:65532 /empty /etc/taspa/state
COPY --from=compiled --chown=65532:65532 /empty /tmp

# A container is reached from outside; its loopback is not. The C library keeps freed memory apart for
# each thread; two such heaps are enough, and take a quarter less than it takes by itself.
ENV TASPA_LISTEN=0.0.0.0:8080 \
    MALLOC_ARENA_MAX=2
USER 65532:65532
VOLUME /etc/taspa/state
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s CMD ["/taspa", "health"]
ENTRYPOINT ["/taspa"]
CMD ["serve"]
