# One live node. compose.yaml starts a network of them.

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY src ./src
# Installing builds dist; afterwards only what runs is kept.
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:22-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Keys are kept here: a node that loses its key comes back as another one.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
# TCP and UDP on the same port.
EXPOSE 7001/tcp 7001/udp
ENTRYPOINT ["node", "--enable-source-maps", "dist/cli/main.js", "node"]
CMD ["--no-prompt", "--listen", "127.0.0.1:7001"]
