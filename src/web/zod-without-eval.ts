import { z } from "zod";

// Zod probes for eval when a schema is made, which the content security policy would report as a violation.
// This module is imported before the contract for that reason.
z.config({ jitless: true });
