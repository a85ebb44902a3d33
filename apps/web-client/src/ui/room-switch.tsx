import type { JSX } from "preact";
import { rooms, switchRoom, transcriptRoom } from "../store/preferences.ts";
import { formatCount } from "../text/format.ts";
import { dt } from "../words/dialogs.ts";

/** How much of the past is kept: less, where memory is short. */
export function RoomSwitch(): JSX.Element {
  return (
    <label class="toggle">
      {dt("help.room")}
      <select
        class="language"
        value={String(transcriptRoom.value)}
        onChange={({ currentTarget: { value } }) => {
          const chosen = rooms.find((count) => String(count) === value);
          if (chosen !== undefined) switchRoom(chosen);
        }}
      >
        {rooms.map((count) => (
          <option key={count} value={count}>
            {dt("help.room.count", { count: formatCount(count) })}
          </option>
        ))}
      </select>
    </label>
  );
}
