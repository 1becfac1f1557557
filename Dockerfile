# syntax=docker/dockerfile:1.7
# One image for each program; all of them come from one build (docker buildx bake, see docker-bake.hcl):
#   docker build --build-arg SERVICE=ticketing -t linli/ticketing:0.1.0 .
# SERVICE is identity, registry, ticketing, volunteering, notifications, operator, or linli (the services and the command line).
# RUST may name a mirror. Without an engine: k8s/image/build, which also says here what is in an image.
ARG RUST=docker.io/library/rust:1.95.0-bookworm

FROM ${RUST} AS chef
# the toolchain of the image, not the components that rust-toolchain.toml asks for on top
ENV RUSTUP_TOOLCHAIN=1.95.0 \
    CARGO_INCREMENTAL=0 \
    CARGO_TERM_COLOR=never
RUN cargo install --locked cargo-chef@0.1.78
WORKDIR /src

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path /recipe.json

# Dependencies: this layer is made anew only when Cargo.lock or a Cargo.toml changes.
FROM chef AS build
COPY --from=plan /recipe.json /recipe.json
COPY .cargo .cargo
RUN cargo chef cook --locked --profile dist --workspace --bins --recipe-path /recipe.json
COPY . .
RUN cargo build --locked --profile dist --workspace --bins

# The files of an image: the program, the libraries it needs, certificates, names of its user. Before it nothing depends
# on SERVICE: what was compiled serves all of them.
FROM build AS root
ARG SERVICE=linli
# MB, unpacked: what is larger is no image
ARG MOST=100
RUN k8s/image/build "target/dist/${SERVICE}" --most "${MOST}" --root /root-of-image \
    && ln -s "usr/bin/${SERVICE}" /root-of-image/entrypoint \
    && mv /root-of-image/data /data-of-image

# no shell, no package manager, nothing that is not named above
FROM scratch
ARG SERVICE=linli
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="linli ${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=root /root-of-image/ /
# a folder by itself, so that it is made with its owner
COPY --from=root --chown=65532:65532 /data-of-image /data
USER 65532:65532
ENV LINLI_DATA=/data LINLI_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# arguments of a build are not read in here: a link leads to the program
ENTRYPOINT ["/entrypoint"]
