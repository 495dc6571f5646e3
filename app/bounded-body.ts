/** The response with a body that is an error once it is longer than `mostBytes`, so that no server fills our memory. */
export function bounded(response: Response, mostBytes: number): Response {
  let left = mostBytes;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      left -= bytes.byteLength;
      if (left < 0) controller.error(new Error(`it answered more than ${mostBytes} bytes`));
      else controller.enqueue(bytes);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body?.pipeThrough(count) ?? null, { status, statusText, headers });
}
