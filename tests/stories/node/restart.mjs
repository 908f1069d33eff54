// Two hundred events of each name that comes in; then waits until all of them are sent.
import { createInterface } from 'node:readline'
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host, flushAt: 10, maxRetries: 20 })
analytics.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
for await (const event of createInterface({ input: process.stdin })) {
  for (let n = 0; n < 200; n++) analytics.track({ userId: 'p', event, properties: { n } })
  console.log(event)
}
await analytics.closeAndFlush({ timeout: 80_000 })
