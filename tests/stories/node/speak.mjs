// Every call type of @segment/analytics-node, as its users write it.
import { Analytics } from '@segment/analytics-node'

const [host, writeKey, userId] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host, flushAt: 3, maxRetries: 3 })
analytics.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
analytics.identify({ userId, traits: { name: '张三', phone: '13700137000', plan: 'gold' } })
for (let n = 0; n < 5; n++) analytics.track({ userId, event: 'Product Viewed', properties: { sku: `s${n}`, price: 12.5 } })
analytics.page({ userId, category: 'goods', name: 'Detail', properties: { path: '/d/1' } })
analytics.screen({ userId, category: 'goods', name: 'Detail' })
analytics.group({ userId, groupId: 'vip', traits: { level: 3 } })
analytics.alias({ userId, previousId: `${userId}-old` })
await analytics.closeAndFlush()
