/** The yardstick: `node:https`, `JSON.parse` and a fixed answer. Takes a certificate and a key file; prints its port. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [certificate = '', key = ''] = process.argv.slice(2);
const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key), keepAliveTimeout: 120_000 },
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const parsed = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly request: { readonly uid: string };
      };
      const answer = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"${parsed.request.uid}","allowed":true}}`;
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
  },
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stderr.write(
    `listening on https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}\n`,
  );
});
