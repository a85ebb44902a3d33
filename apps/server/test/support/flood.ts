import { connect, connectPlain, connectV1, type TestClient } from "./client.ts";

/** Keeps so many messages under way, until the connection closes. */
export interface Flood {
  readonly client: TestClient;
  /** How many replies came; each is checked against its number. */
  readonly answered: () => number;
  readonly sent: () => number;
  readonly wrong: readonly string[];
}

const inFlight = 32;

function flood(
  client: TestClient,
  message: (id: number) => string,
  reply: (id: number) => string,
): Flood {
  let sent = 0;
  let answered = 0;
  const wrong: string[] = [];
  const { socket } = client;
  const more = (): void => {
    if (socket.readyState === socket.OPEN) socket.send(message(++sent));
  };
  socket.on("message", (data: Buffer) => {
    // A v1 server says why before it closes.
    if (data.toString().startsWith('{"type":"error"')) return;
    answered += 1;
    // In order, none twice and none left out.
    if (data.toString() !== reply(answered)) wrong.push(`${answered}: ${data.toString()}`);
    more();
  });
  for (let i = 0; i < inFlight; i++) more();
  return { client, answered: () => answered, sent: () => sent, wrong };
}

/** Five of each kind, each with its own texts. */
export async function floodAll(
  url: string,
  prefix = "your submit context: ",
): Promise<readonly Flood[]> {
  const floods: Flood[] = [];
  for (let n = 0; n < 5; n++) {
    const text = (kind: string) => (id: number) => `${kind}${n}-${id}`;
    const [plain, v1, echo] = [text("plain"), text("v1"), text("echo")];
    floods.push(
      flood(await connectPlain(url), plain, (id) => prefix + plain(id)),
      flood(
        await connectV1(url),
        (id) => JSON.stringify({ type: "submit", id, text: v1(id) }),
        (id) => JSON.stringify({ type: "echo", id, text: v1(id) }),
      ),
      flood(await connect(`${url}/echo`), echo, echo),
    );
  }
  return floods;
}

export const total = (floods: readonly Flood[]): number =>
  floods.reduce((sum, { answered }) => sum + answered(), 0);
