// What virtua and Preact do alone: the texts that come from the address in the fragment, as rows.
import { render, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Virtualizer } from "virtua";

function Bare(): JSX.Element {
  const [rows, setRows] = useState<readonly string[]>([]);
  const scroller = useRef<HTMLElement>(null);
  const following = useRef(true);
  const last = useRef(0);
  useEffect(() => {
    let waiting: string[] = [];
    new WebSocket(location.hash.slice(1)).onmessage = ({ data }) => {
      if (waiting.push(String(data)) > 1) return;
      setTimeout(() => {
        const more = waiting;
        waiting = [];
        setRows((before) => [...before, ...more]);
      }, 100);
    };
  }, []);
  const toEnd = (): void => {
    const { current } = scroller;
    if (current !== null && following.current) current.scrollTop = current.scrollHeight;
  };
  useLayoutEffect(toEnd, [rows.length]);
  return (
    <section class="scroller" ref={scroller}>
      <Virtualizer
        as="ol"
        item="li"
        data={rows}
        itemSize={36}
        onResize={toEnd}
        onScroll={(offset) => {
          if (offset < last.current) following.current = false;
          last.current = offset;
        }}
      >
        {(text: string, index: number) => (
          <article key={index}>
            <p>Received {index + 1}</p>
            <pre>{text}</pre>
          </article>
        )}
      </Virtualizer>
    </section>
  );
}

render(<Bare />, document.body);
