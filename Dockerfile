# The image: the bundle and the Node.js it is tested with; no shell, no package manager, not root.
#
# The base is pinned by the digest of its multi-architecture index, so that the same commit always builds on the same bytes. Move tag and digest
# together. Where no container registry can be reached, scripts/image.sh makes a stand-in from Debian packages and passes it as BASE.
ARG BASE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${BASE} AS bundle
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Both secrets are optional: npm settings and certificate authorities of a network that needs its own. No layer keeps them.
RUN --mount=type=secret,id=npmrc,target=/run/npmrc --mount=type=secret,id=authorities,target=/run/authorities.crt \
    NPM_CONFIG_USERCONFIG=/run/npmrc NODE_EXTRA_CA_CERTS=/run/authorities.crt npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run -s bundle

# What node needs from the base: its own binary, the shared libraries that it names, names for the user and for name resolution, licences.
FROM ${BASE} AS runtime
RUN set -eu; \
    mkdir -p /image/etc /image/app /image/tmp /image/var/lib/bulkhead; \
    cp -L --parents /usr/local/bin/node $(ldd /usr/local/bin/node | grep -o '/[^ ]*') /image; \
    for text in /usr/local/LICENSE /usr/share/doc/libc6/copyright /usr/share/doc/libstdc++6/copyright; do \
      if [ -e "$text" ]; then cp --parents "$text" /image; fi; \
    done; \
    echo 'bulkhead:x:65532:65532:bulkhead:/nonexistent:/nonexistent' > /image/etc/passwd; \
    echo 'bulkhead:x:65532:' > /image/etc/group; \
    echo 'hosts: files dns' > /image/etc/nsswitch.conf; \
    chmod 1777 /image/tmp; \
    chown 65532:65532 /image/var/lib/bulkhead

FROM scratch
COPY --from=runtime /image/ /
COPY --from=bundle /src/dist/ /app/dist/
COPY LICENSE package.json /app/
COPY policies/ /app/policies/
COPY examples/inventory/ /app/examples/inventory/
ARG COMMIT=unknown
ENV PATH=/usr/local/bin NODE_ENV=production BULKHEAD_COMMIT=${COMMIT}
WORKDIR /app
USER 65532:65532
EXPOSE 8443
ENTRYPOINT ["node", "/app/dist/bulkhead.js"]
CMD ["serve", "--rules", "/app/policies", "--inventory", "/app/examples/inventory", "--state", "/var/lib/bulkhead"]
