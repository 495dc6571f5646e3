/**
 * The text of a program for a pod: says argument 2 at the WebSocket of argument 1 and prints the answer. It runs where
 * nothing but Node is, so it imports nothing.
 */
export const sayOnce = `
const [url, text] = process.argv.slice(1);
const socket = new WebSocket(url);
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.type === 'welcome') socket.send(JSON.stringify({ type: 'message', id: 'm-' + Date.now(), text }));
  if (frame.type !== 'done') return;
  console.log(frame.text);
  process.exit(0);
};
socket.onclose = ({ code }) => {
  console.error('No answer from ' + url + ': closed with ' + code);
  process.exit(1);
};
`;
