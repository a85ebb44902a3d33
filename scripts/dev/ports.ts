import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

const listen = async (port: number): Promise<number> => {
  const probe = createServer().listen(port, "127.0.0.1");
  await once(probe, "listening");
  const { port: chosen } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return chosen;
};

/**
 * The port that the environment names (0: any that is free), else the usual one, else any: a port
 * that nobody asked for is no reason not to start. All programs must know it before the first starts.
 */
export const pickPort = async (variable: string, usual: number): Promise<number> => {
  const named = process.env[variable];
  if (named !== undefined && named !== "") {
    const port = Number(named);
    // Anything but 0 is checked, and complained about, by the program that takes it.
    return port === 0 ? listen(0) : port;
  }
  try {
    return await listen(usual);
  } catch {
    const port = await listen(0);
    console.error(`Port ${usual} is in use; taking ${port}. To choose: ${variable}=…`);
    return port;
  }
};
