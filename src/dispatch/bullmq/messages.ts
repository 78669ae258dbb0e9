import { randomUUID } from "node:crypto";
import type { AttemptRequest, Poke, Reply } from "../dispatcher.ts";
import type { RedisLink } from "./redis-link.ts";

/**
 * What processes tell and ask each other, by publish and subscribe: nothing of it is kept, and who is not connected misses
 * it. Each process listens to three channels: what all are told, what its node is asked, and the answers to itself.
 *
 * A request goes to the channel of the node that runs the attempt, and that node's word counts. Without knowing the node
 * all are asked: `not_here` of one says nothing about the others, so it is the answer only when everybody who got the
 * request gave it, and Redis says how many that were. Somebody who got it and stays silent makes it null.
 *
 * A node that does not hear is tried again for a moment, since it may be connecting just now: what reached nobody was not
 * done by anybody. What reached somebody is never sent twice.
 */
type Message =
  | { kind: "poke"; from: string; poke: Poke }
  | { kind: "ask"; from: string; id: string; request: SentRequest }
  | { kind: "reply"; id: string; reply: Reply };

/** The input as base64: JSON has no bytes. */
type SentRequest = Omit<AttemptRequest, "data"> & { data?: string };

type Question = {
  /** How many got it; null until Redis said so. */
  asked: number | null;
  notHere: number;
  settle: (reply: Reply | null) => void;
};

export type Messages = {
  poke(poke: Poke): void;
  onPoke(callback: (poke: Poke) => void): void;
  ask(request: AttemptRequest): Promise<Reply | null>;
  onAsk(answer: (request: AttemptRequest) => Promise<Reply>): void;
  /** From now on it is this process that is asked for attempts of the node. */
  answerFor(nodeId: number): Promise<void>;
  close(): void;
};

/** A little longer than a node waits for an attempt that is just starting. */
const answerPatienceMs = 5500;
/** Longer than a node takes to connect again. */
const nobodyPatienceMs = 1500;
const askAgainMs = 200;

export async function openMessages(link: RedisLink, prefix: string): Promise<Messages> {
  const me = randomUUID();
  const toAll = `${prefix}:all`;
  const toProcess = (process: string) => `${prefix}:process-${process}`;
  const toNode = (nodeId: number) => `${prefix}:node-${nodeId}`;
  const pokeListeners: ((poke: Poke) => void)[] = [];
  const questions = new Map<string, Question>();
  let answer: ((request: AttemptRequest) => Promise<Reply>) | null = null;
  let ownNodeId: number | null = null;

  const publish = (channel: string, message: Message) => link.commands.publish(channel, JSON.stringify(message));

  function receive(text: string): void {
    const message = parse(text);
    if (message?.kind === "poke" && message.from !== me) {
      tellListeners(message.poke);
    } else if (message?.kind === "ask") {
      void reply(message);
    } else if (message?.kind === "reply") {
      noteReply(message.id, message.reply);
    }
  }

  function tellListeners(poke: Poke): void {
    for (const listener of pokeListeners) {
      listener(poke);
    }
  }

  async function reply({ from, id, request }: Extract<Message, { kind: "ask" }>): Promise<void> {
    if (from === me) {
      // It was asked before all others were.
      noteReply(id, { kind: "not_here" });
      return;
    }
    try {
      const given: Reply = answer === null ? { kind: "not_here" } : await answer(received(request));
      await publish(toProcess(from), { kind: "reply", id, reply: given });
    } catch {
      // Who asked gets no answer, and takes that for what it is.
    }
  }

  function noteReply(id: string, given: Reply): void {
    const question = questions.get(id);
    if (question !== undefined && given.kind === "not_here") {
      question.notHere += 1;
      settleWhenNobody(question);
    } else {
      question?.settle(given);
    }
  }

  function settleWhenNobody(question: Question): void {
    if (question.asked !== null && question.notHere >= question.asked) {
      question.settle({ kind: "not_here" });
    }
  }

  async function askOthers(request: AttemptRequest): Promise<Reply | null> {
    const id = randomUUID();
    const nodeId = request.nodeId ?? null;
    const message: Message = { kind: "ask", from: me, id, request: sent(request) };
    const began = performance.now();
    let again: NodeJS.Timeout | undefined;
    let timer: NodeJS.Timeout | undefined;
    const reply = await new Promise<Reply | null>((settle) => {
      const question: Question = { asked: null, notHere: 0, settle };
      questions.set(id, question);
      timer = setTimeout(settle, answerPatienceMs, null);
      const send = () => {
        publish(nodeId === null ? toAll : toNode(nodeId), message).then(
          (asked) => {
            if (asked > 0) {
              question.asked = asked;
              settleWhenNobody(question);
            } else if (performance.now() - began < nobodyPatienceMs) {
              again = setTimeout(send, askAgainMs);
            } else {
              settle(null);
            }
          },
          () => settle(null),
        );
      };
      send();
    });
    questions.delete(id);
    clearTimeout(again);
    clearTimeout(timer);
    return reply;
  }

  await link.listen(toAll, receive);
  await link.listen(toProcess(me), receive);

  return {
    poke(poke) {
      tellListeners(poke);
      // A lost one costs time only.
      publish(toAll, { kind: "poke", from: me, poke }).catch(() => {});
    },
    onPoke: (callback) => pokeListeners.push(callback),
    async ask(request) {
      const nodeId = request.nodeId ?? null;
      if (answer !== null && (nodeId === null || nodeId === ownNodeId)) {
        const own = await answer(request);
        if (own.kind !== "not_here" || nodeId !== null) {
          return own;
        }
      }
      return link.problem() === null ? askOthers(request) : null;
    },
    onAsk(callback) {
      answer = callback;
    },
    async answerFor(nodeId) {
      ownNodeId = nodeId;
      await link.listen(toNode(nodeId), receive);
    },
    close() {
      for (const question of questions.values()) {
        question.settle(null);
      }
    },
  };
}

function sent(request: AttemptRequest): SentRequest {
  return request.kind === "input" ? { ...request, data: request.data.toString("base64") } : request;
}

function received({ data, ...request }: SentRequest): AttemptRequest {
  return (data === undefined ? request : { ...request, data: Buffer.from(data, "base64") }) as AttemptRequest;
}

/** Null for what no process of ours sent. */
function parse(text: string): Message | null {
  try {
    return JSON.parse(text) as Message | null;
  } catch {
    return null;
  }
}
