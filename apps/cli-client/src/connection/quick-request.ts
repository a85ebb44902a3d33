import { EventEmitter } from "node:events";
import type { ClientRequest, OutgoingHttpHeader, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { formatRequest, readUpgrade } from "./quick-head.ts";
import { swallow } from "./swallow.ts";

/**
 * Stands for `http.request` in the `ws` of the built program, where to load and use `http` takes a
 * fifth of the time of `node -e 0`. It sends the same bytes and takes the usual 101 by itself. What
 * else a server answers is read by `http` from its first byte on, so that nothing is judged twice.
 */
export function request(options: RequestOptions): ClientRequest {
  const { agent, auth, timeout, socketPath } = options;
  const isPlain = (agent ?? auth ?? timeout ?? socketPath) === undefined;
  return isPlain && formatRequest(pathOf(options), fieldsOf(options)) !== null
    ? (new QuickRequest(options) as unknown as ClientRequest)
    : byHttp(options);
}

const byHttp = (options: RequestOptions): ClientRequest =>
  process.getBuiltinModule("node:http").request(options);

const pathOf = ({ path }: RequestOptions): string => path ?? "/";

function fieldsOf(options: RequestOptions): Map<string, readonly [string, OutgoingHttpHeader]> {
  const { headers = {}, host, port, defaultPort } = options;
  const fields = new Map<string, readonly [string, OutgoingHttpHeader]>();
  for (const [name, value] of Object.entries(headers as Record<string, OutgoingHttpHeader>))
    fields.set(name.toLowerCase(), [name, value]);
  if (fields.has("host")) return fields;
  const name = host?.includes(":") === true ? `[${host}]` : String(host);
  const isUsual = Number(port) === Number(defaultPort);
  return fields.set("host", ["Host", isUsual ? name : `${name}:${String(port)}`]);
}

/** As much of a ClientRequest as `ws` and this program use of one for a handshake. */
class QuickRequest extends EventEmitter {
  readonly method = "GET";
  readonly path: string;
  readonly socket: Socket;
  readonly #options: RequestOptions;
  readonly #fields: ReturnType<typeof fieldsOf>;
  #isConnected = false;
  #isEnded = false;
  #hasFailed = false;
  /** Reads what is not for us. */
  #successor: ClientRequest | null = null;

  constructor(options: RequestOptions) {
    super();
    this.path = pathOf(options);
    this.#options = options;
    this.#fields = fieldsOf(options);
    // To a socket `path` is a file.
    this.socket = options.createConnection?.({ ...options, path: null }, () => undefined) as Socket;
    for (const [event, listener] of this.#listeners) this.socket.on(event, listener);
    process.nextTick(() => {
      if (this.socket.destroyed) return;
      this.#isConnected = true;
      this.emit("socket", this.socket);
      this.#send();
    });
  }

  getHeader(name: string): OutgoingHttpHeader | undefined {
    return this.#fields.get(name.toLowerCase())?.[1];
  }

  hasHeader(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }

  setHeader(name: string, value: OutgoingHttpHeader): void {
    this.#fields.set(name.toLowerCase(), [name, value]);
  }

  getHeaders(): Record<string, OutgoingHttpHeader> {
    return Object.fromEntries([...this.#fields].map(([key, [, value]]) => [key, value]));
  }

  getRawHeaderNames(): string[] {
    return [...this.#fields.values()].map(([name]) => name);
  }

  end(): void {
    this.#isEnded = true;
    this.#send();
  }

  abort(): void {
    this.destroy();
  }

  destroy(error?: Error): void {
    (this.#successor ?? this.socket).destroy(error);
  }

  #send(): void {
    if (!this.#isConnected || !this.#isEnded) return;
    const head = formatRequest(this.path, this.#fields);
    if (head === null) this.destroy(new TypeError("a header was set that cannot be sent"));
    else this.socket.write(head, "latin1");
  }

  readonly #read = (bytes: Buffer): void => {
    const { socket } = this;
    for (const [event, listener] of this.#listeners) socket.off(event, listener);
    // What comes now waits for the next listener, as after `http`.
    Object.assign(socket, { readableFlowing: null });
    const answer = readUpgrade(bytes);
    if (answer === null) this.#handOver(bytes);
    else this.emit("upgrade", answer.upgrade, socket, bytes.subarray(answer.length));
  };

  /** To `http`, which gets the connection as if it had sent the request. */
  #handOver(bytes: Buffer): void {
    const { socket } = this;
    const write = socket.write.bind(socket);
    socket.unshift(bytes);
    const successor = byHttp({
      ...this.#options,
      headers: Object.fromEntries(this.#fields.values()),
      createConnection: () => socket,
    });
    for (const event of ["response", "upgrade", "error"])
      successor.on(event, (...args: readonly unknown[]) => this.emit(event, ...args));
    // The request, in one piece, which has been sent.
    socket.write = (...args: readonly unknown[]) => {
      socket.write = write;
      return swallow(...args);
    };
    successor.end();
    this.#successor = successor;
  }

  readonly #fail = (error: Error): void => {
    if (!this.#hasFailed) this.emit("error", error);
    this.#hasFailed = true;
  };

  /** In the words of `http`. */
  readonly #hangUp = (): void =>
    this.#fail(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));

  readonly #listeners = [
    ["data", this.#read],
    ["error", this.#fail],
    ["end", this.#hangUp],
    ["close", this.#hangUp],
  ] as const;
}
