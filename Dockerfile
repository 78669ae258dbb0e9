# A server or a node in a container: `docker build -t unix-task-manager .`, then `… serve` or `… worker`.
FROM node:24-bookworm-slim

# bubblewrap is for `sandbox: "strict"`, where the container may make namespaces.
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

ENV HOST=0.0.0.0 UTM_DATA_DIR=/data
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["node", "/app/bin/utm.js"]
CMD ["serve"]
