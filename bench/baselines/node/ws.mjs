// Baseline: node and `ws`, one encoded text to every connection, as its docs advise.
// Each ballot is answered and broadcast; nothing is checked or stored.
import { createRequire } from 'node:module';

const [modules, port, options] = process.argv.slice(2);
const { WebSocketServer, WebSocket } = createRequire(`${modules}/`)('ws');

const EPOCH = '0123456789abcdef';
const POLL = 'BASELINE';
const SNAPSHOT = JSON.stringify({
  type: 'snapshot', epoch: EPOCH, version: 0, polls: [{ code: POLL, round: 1 }],
});
let version = 0;

function tally() {
  const counts = {};
  for (let number = 1; number <= Number(options); number += 1) {
    counts[number] = Math.floor(version / Number(options));
  }
  return JSON.stringify({
    type: 'tally.changed', epoch: EPOCH, version, poll: POLL, round: 1,
    tally: { n_ballots: version, counts },
  });
}

const server = new WebSocketServer({
  host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 2048,
});

server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'hello') {
      socket.send(SNAPSHOT);
      return;
    }
    version += 1;
    socket.send(JSON.stringify({
      type: 'ack', id: message.id, receipt: 'baseline', seq: message.seq, epoch: EPOCH, version,
    }));
    // Encoded once: a Buffer is sent as it is, a string would be encoded for every client.
    const frame = Buffer.from(tally());
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(frame, { binary: false });
    }
  });
});
