import type * as Net from 'node:net'

/** Why an address is not put under load; `undefined` for http and https on this machine. */
export async function whyNotLocal(text: string): Promise<string | undefined> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return 'it is no URL'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'only http and https are measured'
  if (url.username !== '' || url.password !== '') return 'it carries a name or a password'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Every start of the command line reads this file, and hardly any looks at an address.
  const [{ lookup }, net] = await Promise.all([import('node:dns/promises'), import('node:net')])
  const isLoopback = createLoopback(net)
  if (net.isIP(host) !== 0) return isLoopback(host) ? undefined : 'it is not an address of this machine'
  // Any other name may be led elsewhere between this look and the load.
  if (host !== 'localhost') return 'only localhost, 127.0.0.0/8 and [::1] are measured'
  const found = await lookup(host, { all: true }).catch(() => [])
  const isHere = found.length > 0 && found.every(({ address }) => isLoopback(address))
  return isHere ? undefined : 'localhost does not lead to this machine'
}

function createLoopback({ BlockList, isIP }: typeof Net): (address: string) => boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')
  return (address) => loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
