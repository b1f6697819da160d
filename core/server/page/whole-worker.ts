// oxlint-disable-next-line import/default -- the bundler gives the address of what it has made of the worker
import address from './whole-layout.ts?worker&url'

/** What the browser has where an address of a script must be vouched for; not every one does. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): {
    createScriptURL(address: string): string
  }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** Starts the page's one worker; the policy vouches for its address and for no other. */
export function startLayoutWorker(): Worker {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
  policy ??= types?.createPolicy('heddle-worker', {
    createScriptURL(asked) {
      if (asked !== address) throw new TypeError('This is no script of the page.')
      return asked
    },
  })
  return new Worker(policy?.createScriptURL(address) ?? address, { type: 'module' })
}
