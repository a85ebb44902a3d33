import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Registry,
  type MetricObjectWithValues,
  type MetricValue,
} from "prom-client";
import type { LoginOutcome, Meter, Traffic } from "./meter.ts";

const kinds = ["text", "binary"] as const;

/** A meter whose numbers Prometheus can read. */
export interface Metrics {
  readonly meter: Meter;
  readonly contentType: string;
  /** The text of `/metrics`. */
  readonly text: () => Promise<string>;
  /** The same numbers as data, for whoever adds up those of several processes. */
  readonly snapshot: () => Promise<MetricSnapshot>;
}

export type MetricSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** README.md lists them; a name, once given, stays. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  /** Each server's. */
  const open: (() => Iterable<Traffic>)[] = [];
  /** Bytes of connections that are gone. */
  const gone = { in: 0, out: 0 };
  /** Counted here, for a labelled counter costs more than the echo of a small message. */
  const received = { text: { messages: 0, bytes: 0 }, binary: { messages: 0, bytes: 0 } };

  /** Counted here, too: each connection and each login passes by. */
  let connections = 0;
  let holding = 0;
  const closed = new Map<number, number>();
  const decided = new Map<string, Map<LoginOutcome, number>>();

  new Gauge({
    name: "wsecho_connections",
    help: "Open WebSocket connections",
    registers,
    collect() {
      this.set(connections);
    },
  });
  new Gauge({
    name: "wsecho_sessions",
    help: "Logins that hold",
    registers,
    collect() {
      this.set(holding);
    },
  });
  new Counter({
    name: "wsecho_logins_total",
    help: "Logins that were decided about, by mechanism and outcome",
    labelNames: ["mechanism", "outcome"],
    registers,
    collect() {
      this.reset();
      for (const [mechanism, outcomes] of decided)
        for (const [outcome, count] of outcomes) this.inc({ mechanism, outcome }, count);
    },
  });
  const refused = new Counter({
    name: "wsecho_handshakes_refused_total",
    help: "Handshakes that were refused, by HTTP status",
    labelNames: ["status"],
    registers,
  });
  const limits = new Counter({
    name: "wsecho_limits_total",
    help: "Times that a peer met a limit, by the flag that sets it",
    labelNames: ["limit"],
    registers,
  });
  new Counter({
    name: "wsecho_closes_total",
    help: "WebSocket connections that ended, by close code",
    labelNames: ["code"],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of closed) this.inc({ code }, count);
    },
  });
  new Counter({
    name: "wsecho_messages_total",
    help: "Messages received, by kind",
    labelNames: ["kind"],
    registers,
    collect() {
      this.reset();
      for (const kind of kinds) this.inc({ kind }, received[kind].messages);
    },
  });
  new Counter({
    name: "wsecho_message_bytes_total",
    help: "Bytes of the messages received, by kind",
    labelNames: ["kind"],
    registers,
    collect() {
      this.reset();
      for (const kind of kinds) this.inc({ kind }, received[kind].bytes);
    },
  });
  new Counter({
    name: "wsecho_socket_bytes_total",
    help: "Bytes of WebSocket connections, handshake and framing included, by direction",
    labelNames: ["direction"],
    registers,
    collect() {
      let { in: received, out: sent } = gone;
      for (const list of open)
        for (const { bytesRead, bytesWritten } of list()) {
          received += bytesRead;
          sent += bytesWritten;
        }
      this.reset();
      this.inc({ direction: "in" }, received);
      this.inc({ direction: "out" }, sent);
    },
  });
  const storeErrors = new Counter({
    name: "wsecho_store_errors_total",
    help: "Times that the user store could not answer a login or a readiness check",
    registers,
  });
  const auditFailures = new Counter({
    name: "wsecho_audit_failures_total",
    help: "Times that an entry of the audit log could not be written; it is tried again",
    registers,
  });
  const auditLost = new Counter({
    name: "wsecho_audit_lost_total",
    help: "Entries of the audit log that will never be written",
    registers,
  });
  const watchers = new Gauge({
    name: "wsecho_watchers",
    help: "Who watches the wire feed",
    registers,
  });
  const feedLost = new Counter({
    name: "wsecho_feed_lost_total",
    help: "Records that did not reach a watcher of the wire feed, who was too slow",
    registers,
  });
  const tapMissed = new Counter({
    name: "wsecho_tap_missed_bytes_total",
    help: "Bytes of watched connections that could not be looked at in time",
    registers,
  });
  const recordErrors = new Counter({
    name: "wsecho_record_errors_total",
    help: "Times that recording has stopped, as on a full disk",
    registers,
  });
  const faults = new Counter({
    name: "wsecho_faults_total",
    help: "Connections that asked the fault lab for a fault, by fault",
    labelNames: ["fault"],
    registers,
  });
  collectDefaultMetrics({ register: registry });

  return {
    meter: {
      serving: (list) => void open.push(list),
      connected: () => void (connections += 1),
      disconnected(code, { bytesRead, bytesWritten }) {
        connections -= 1;
        closed.set(code, (closed.get(code) ?? 0) + 1);
        gone.in += bytesRead;
        gone.out += bytesWritten;
      },
      refused: (status) => refused.inc({ status }),
      message(kind, bytes) {
        const total = received[kind];
        total.messages += 1;
        total.bytes += bytes;
      },
      login(mechanism, outcome) {
        const outcomes = decided.get(mechanism) ?? new Map<LoginOutcome, number>();
        decided.set(mechanism, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
      },
      entered: () => void (holding += 1),
      left: () => void (holding -= 1),
      watching() {
        watchers.inc();
        return () => watchers.dec();
      },
      feedLost: (records) => feedLost.inc(records),
      tapMissed: (bytes) => tapMissed.inc(bytes),
      recordFailed: () => recordErrors.inc(),
      limited: (limit) => limits.inc({ limit }),
      faulted: (fault) => faults.inc({ fault }),
      storeFailed: () => storeErrors.inc(),
      auditFailed: () => auditFailures.inc(),
      auditLost: (entries) => auditLost.inc(entries),
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}
