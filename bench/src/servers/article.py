# The article's server, typed anew: login, then an echo behind a prefix. Needs `websockets`.
import asyncio

import websockets


async def check_permit(websocket):
    while True:
        credentials = (await websocket.recv()).split(":")
        if credentials[0] == "admin" and credentials[1] == "123456":
            await websocket.send(
                "congratulation, you have connect with server\r\nnow, you can do something else"
            )
            return
        await websocket.send(
            "sorry, the username or password is wrong, please submit again"
        )


async def main_logic(websocket, path=None):
    await check_permit(websocket)
    try:
        while True:
            text = await websocket.recv()
            await websocket.send(f"your submit context: {text}")
    except websockets.ConnectionClosed:
        return


async def main():
    # The load compares bytes, and a ping is none of them; messages up to 64 MiB, as everywhere.
    async with websockets.serve(
        main_logic, "127.0.0.1", 0, max_size=2**26, ping_interval=None
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"article on ws://127.0.0.1:{port}", flush=True)
        await asyncio.Future()


asyncio.run(main())
