import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import { type FastifyInstance, fastify } from "fastify";
import { contract } from "../contract/index.ts";
import type { Context } from "./context.ts";
import { describeApi } from "./plugins/api-docs.ts";
import { bodyLimitBytes, readBodies } from "./plugins/bodies.ts";
import { answerErrors, answerFrameworkError, answerWrongMethods } from "./plugins/errors.ts";
import { logRequests } from "./plugins/request-log.ts";
import { serveWebPage } from "./plugins/web-page.ts";
import { nodeRoutes } from "./routes/nodes.ts";
import { outputRoutes } from "./routes/output.ts";
import { queueRoutes } from "./routes/queues.ts";
import { statisticsRoutes } from "./routes/statistics.ts";
import { systemRoutes } from "./routes/system.ts";
import { taskControlRoutes } from "./routes/task-control.ts";
import { taskOverviewRoutes } from "./routes/task-overview.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { userRoutes } from "./routes/users.ts";

/** The HTTP side: API, documentation and web page, on one context. */
export async function buildApp(context: Context, webDirectory: string): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    // Event streams never end by themselves and would keep close() waiting.
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  });
  app.decorateRequest("actor", null);
  // The contract checks input in mount.ts and presenters name what leaves; here schemas only describe.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  readBodies(app);
  answerErrors(app, context);
  logRequests(app, context);
  await app.register(helmet, { ...securityHeaders });
  await app.register(cors, {
    origin: "*",
    methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders: ["Link", "X-Total-Count", "X-Output-Gap", "Content-Range", "Idempotent-Replayed", "Retry-After"],
  });
  await describeApi(app, context.version);
  await userRoutes(app, context);
  taskRoutes(app, context);
  taskOverviewRoutes(app, context);
  taskControlRoutes(app, context);
  outputRoutes(app, context);
  nodeRoutes(app, context);
  queueRoutes(app, context);
  statisticsRoutes(app, context);
  systemRoutes(app, context);
  answerWrongMethods(app, context, Object.values(contract));
  await serveWebPage(app, webDirectory);
  return app;
}

/**
 * What pages of this origin may do. Over plain HTTP, which is the default, HSTS and upgrade-insecure-requests would break
 * the page; a proxy that speaks HTTPS sets them itself.
 */
const securityHeaders = {
  hsts: false,
  crossOriginResourcePolicy: { policy: "cross-origin" },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      // Mantine writes its colour variables into style elements.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
} as const;
