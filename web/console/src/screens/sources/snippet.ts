/** The code to send with, for each SDK; the host is where this console is. The contract is docs/howto/send-events.md. */
export const SDKS = ["browser", "rudder", "node", "python", "curl"] as const;
export type Sdk = (typeof SDKS)[number];

export function snippet(sdk: Sdk, host: string): string {
  return CODE[sdk].replaceAll("HOST", host);
}

const CODE: Record<Sdk, string> = {
  browser: `// npm install @segment/analytics-next
import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load({ writeKey: 'WRITE_KEY', cdnURL: 'HOST' })
analytics.page()
analytics.identify('u-1', { phone: '13800138000' })
analytics.track('Product Viewed', { sku: 'A-1', price: 12.5 })`,
  rudder: `// npm install @rudderstack/analytics-js
import { RudderAnalytics } from '@rudderstack/analytics-js'

const rudder = new RudderAnalytics()
rudder.load('WRITE_KEY', 'HOST', { configUrl: 'HOST' })
rudder.page()
rudder.track('Product Viewed', { sku: 'A-1', price: 12.5 })`,
  node: `// npm install @segment/analytics-node
import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: 'WRITE_KEY', host: 'HOST' })
analytics.identify({ userId: 'u-1', traits: { phone: '13800138000' } })
analytics.track({ userId: 'u-1', event: 'Product Viewed', properties: { sku: 'A-1' } })
await analytics.closeAndFlush()`,
  python: `# pip install segment-analytics-python
import segment.analytics as analytics

analytics.host = "HOST"
analytics.write_key = "WRITE_KEY"
analytics.identify("u-1", {"phone": "13800138000"})
analytics.track("u-1", "Product Viewed", {"sku": "A-1", "price": 12.5})
analytics.shutdown()  # sends what still waits`,
  curl: `curl -u WRITE_KEY: HOST/v1/track \\
  -d '{"userId": "u-1", "event": "Product Viewed", "properties": {"sku": "A-1"}}'`,
};
