/**
 * The text of a program for a pod: says argument 2 at the WebSocket of argument 1 and prints the answer. A handshake that
 * is refused is tried again, as every client does: the backend refuses while a store is slow. It runs where nothing but
 * Node is, so it imports nothing.
 */
export const sayOnce = `
const [url, text] = process.argv.slice(1);
function dial(attempts) {
  let isWelcome = false;
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    isWelcome = true;
    if (frame.type === 'welcome') socket.send(JSON.stringify({ type: 'message', id: 'm-' + Date.now(), text }));
    if (frame.type !== 'done') return;
    console.log(frame.text);
    process.exit(0);
  };
  socket.onclose = ({ code }) => {
    if (!isWelcome && attempts > 1) return setTimeout(dial, 1_000, attempts - 1);
    console.error('No answer from ' + url + ': closed with ' + code);
    process.exit(1);
  };
}
dial(10);
`;
