import { useEffect, useState } from 'preact/hooks'

const views = ['overview', 'graph', 'modules', 'module', 'inspector', 'runs', 'run'] as const

/** What the page shows, as it stands behind the `#` of its address: every state has a link. */
export interface Route {
  readonly view: (typeof views)[number]
  /** The module or run that is shown. */
  readonly id: string
  readonly query: URLSearchParams
}

/** Reads an address; what is none is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [name, ...rest] = path.split('/')
  const view = views.find((one) => one === name) ?? 'overview'
  return { view, id: rest.map(decode).join('/'), query: new URLSearchParams(query) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The address of a state; parameters without a value are left out. */
export function linkTo(
  view: Route['view'],
  { id = '', ...query }: Readonly<Record<string, string>> = {},
): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const path = id === '' ? view : `${view}/${id.split('/').map(encodeURIComponent).join('/')}`
  return `#/${path}${kept.length > 0 ? `?${new URLSearchParams(kept)}` : ''}`
}

/** The state in the address, as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash))
  useEffect(() => {
    const onChange = (): void => setRoute(parseRoute(location.hash))
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return route
}

/** Goes to an address, as a link does. */
export function goTo(link: string): void {
  location.hash = link
}

/** Changes the address without a step in the history: for what is being typed. */
export function replaceRoute(link: string): void {
  history.replaceState(null, '', link)
  dispatchEvent(new Event('hashchange'))
}
