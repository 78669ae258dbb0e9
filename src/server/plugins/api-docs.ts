import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";

/** `/openapi.json` and its page `/docs`, made from the contract. Register before the routes. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "UNIX Task Manager",
        version,
        description:
          "Log in at /userapi/login/ and send the token as `Authorization: Token …`. Field errors are 400 with messages per field; every other error is `{detail, code}`.",
      },
      components: {
        securitySchemes: {
          token: { type: "apiKey", in: "header", name: "Authorization", description: "Token <token>" },
        },
      },
    },
    transform: createJsonSchemaTransform({}),
  });
  // Its own staticCSP would ask browsers to load everything over HTTPS; the headers of all other pages fit it too.
  await app.register(swaggerUi, { routePrefix: "/docs" });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
