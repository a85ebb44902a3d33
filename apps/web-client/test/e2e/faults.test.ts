import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { ask, composer, logIn, state } from "../support/page.ts";

const site = useSite({ server: { faults: true } });

describe("the fault lab", () => {
  it("builds the address by keyboard, and the session says what was asked for and meets it", async () => {
    const page = await site.open();
    const server = page.getByLabel("Server", { exact: true });
    await page.getByText("Fault lab", { exact: true }).press("Enter");
    const delay = page.getByLabel("Delay (ms)");
    await delay.fill("40");
    await delay.press("Tab");
    await page.getByLabel("Frames per message").fill("3");
    await page.getByLabel("Frames per message").press("Tab");
    await page.getByLabel("Gap (ms)").waitFor();
    await page.getByRole("checkbox", { name: "No pongs" }).press("Space");
    await page.getByRole("radio", { name: "none" }).press("ArrowRight");
    await page.getByLabel("Reason").fill("back later, please");
    await page.getByLabel("After answers").fill("2");
    await page.getByLabel("After answers").press("Tab");
    const asked = "delay:40ms,fragment:3,no-pong,close:4403@2";
    await page.getByRole("status").getByText(`The address asks for: ${asked}`).waitFor();
    expect(await server.inputValue()).toBe(
      `${site.url}?fault=${asked}&fault-reason=back%20later%2C%20please`,
    );

    await logIn(page);
    await composer(page).waitFor();
    await page.getByText(`Faults asked for: ${asked}`).waitFor();
    await ask(page, "one");
    await ask(page, "two");
    await state(page, "Ended").waitFor();
    await page.getByText("back later, please").first().waitFor();
    // Also where it is read afterwards.
    await page.getByText(`Faults asked for: ${asked}`).waitFor();
  });

  it("keeps what was there where a number is out of bounds, and forgets the gap with its frames", async () => {
    const page = await site.open();
    const server = page.getByLabel("Server", { exact: true });
    await server.fill("localhost?room=1&fault=fragment:3,gap:50ms,close:4403");
    const code = page.getByLabel("Close code");
    for (const wrong of ["1005", "17", "5000"]) {
      await code.fill(wrong);
      await code.press("Tab");
      expect(await code.inputValue()).toBe("4403");
    }
    const frames = page.getByLabel("Frames per message");
    await frames.fill("");
    await frames.press("Tab");
    await page.getByLabel("Gap (ms)").waitFor({ state: "detached" });
    expect(await server.inputValue()).toBe("localhost?room=1&fault=close:4403");
    await page.getByRole("button", { name: "Ask for no faults" }).click();
    expect(await server.inputValue()).toBe("localhost?room=1");
  });

  it("says of an address by hand what the server would, and a link keeps it", async () => {
    const page = await site.open();
    const server = page.getByLabel("Server", { exact: true });
    await server.fill(`${site.url}?fault=loss:3`);
    await page.getByRole("alert").getByText("no fault has this name").waitFor();
    await server.fill(`${site.url}/?fault=silence@5`);
    await page.getByRole("button", { name: "Link to this connection" }).click();
    const link = await page.getByRole("textbox", { name: "Link to this connection" }).inputValue();
    await page.goto("about:blank");
    await page.goto(link);
    await page.getByRole("status").getByText("The address asks for: silence@5").waitFor();
    expect(await page.getByRole("radio", { name: "silence" }).isChecked()).toBe(true);
  });
});
