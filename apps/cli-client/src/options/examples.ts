export const connectExamples = `
Examples:
  $ wsecho connect ws://127.0.0.1:5678      ask for user and password, then talk
  $ wsecho :5678                            the same: a bare URL connects
  $ wsecho wss://example.org/feed           any server: show what comes, send what is typed
  $ wsecho -u admin --dialect plain :5678   talk as the article's programs do
  $ wsecho --token-file token.txt wss://example.org
  $ wsecho --cert me.pem --key me.key --cacert team.pem wss://example.org
  $ WSECHO_PASSWORD=… wsecho -u admin :5678 < lines.txt > replies.txt
  $ wsecho --json :9001 > events.ndjson     and sent again: wsecho --input ndjson :9001 < events.ndjson
  $ wsecho -v -H @headers.txt --proxy socks5h://127.0.0.1:1080 wss://example.org
  $ wsecho --reconnect=5 --ping-interval 20 -x '{"subscribe":"all"}' -i wss://example.org/feed`;

export const sendExamples = `
Examples:
  $ wsecho send -1 :9001 '{"ask":1}'            one message, one reply, and out
  $ wsecho send -C 2 -F '%n %p' :9001 hello @second.json
  $ wsecho send --expect '"ok":true' -W 5 :9001 @ask.json    10 where no such reply came
  $ wsecho send --eof-wait 3 :9001 < lines.txt  leave when the server was quiet for 3 seconds
  $ wsecho send --binary-display hexdump --input hex :9001 <<< '00 ff'`;
