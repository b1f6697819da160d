import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { GraphView } from './graph.tsx'
import { Inspector } from './inspector.tsx'
import { KeysHelp, useKeys } from './keys.tsx'
import { type Live, useLive } from './live.ts'
import { ModuleView } from './module.tsx'
import { Modules } from './modules.tsx'
import { ErrorOverlay, Faults } from './overlay.tsx'
import { Overview } from './overview.tsx'
import { Palette } from './palette.tsx'
import { linkTo, type Route, useRoute } from './route.ts'
import { RunView } from './run.tsx'
import { Runs } from './runs.tsx'
import { ServerContext, useServerState } from './server.ts'
import './style/base.css'
import './style/parts.css'
import './style/views.css'
import './style/rendered.css'
import './style/drawings.css'

const links = [
  ['overview', 'Overview'],
  ['graph', 'Graph'],
  ['modules', 'Modules'],
  ['inspector', 'Inspector'],
  ['runs', 'Runs'],
] as const

function Page() {
  const route = useRoute()
  const live = useLive()
  const state = useServerState(live.isConnected)
  const [over, setOver] = useState<'palette' | 'keys'>()
  useKeys({ palette: () => setOver('palette'), help: () => setOver('keys') })
  useEffect(() => {
    document.title = `${route.id === '' ? route.view : route.id} — Heddle`
  }, [route.view, route.id])
  const close = (): void => setOver(undefined)
  return (
    <ServerContext.Provider value={state}>
      <a class="skip" href="#content" onClick={skipToContent}>
        To the content
      </a>
      <header>
        <a href={linkTo('overview')} class="name">
          <Mark /> Heddle
        </a>
        <nav aria-label="Views">
          {links.map(([view, title]) => (
            <a key={view} href={linkTo(view)} {...(isAt(route, view) && { 'aria-current': 'page' as const })}>
              {title}
            </a>
          ))}
        </nav>
        <button type="button" class="goto" onClick={() => setOver('palette')} aria-keyshortcuts="Control+K">
          Go to… <kbd>Ctrl K</kbd>
        </button>
        <output class={live.isConnected ? 'live' : 'lost'} data-generation={live.shown?.generation}>
          {live.isConnected
            ? `live · generation ${live.shown?.generation ?? '…'}`
            : 'not connected; trying again'}
        </output>
      </header>
      <Faults standing={live.standing} />
      <main id="content" tabIndex={-1}>
        <View route={route} live={live} />
      </main>
      <Palette shown={live.shown} isOpen={over === 'palette'} close={close} />
      <KeysHelp isOpen={over === 'keys'} close={close} />
      <ErrorOverlay standing={live.standing} />
    </ServerContext.Provider>
  )
}

/** The address holds the state of the page, so that no fragment may stand there. */
function skipToContent(event: Event): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#content')?.focus()
}

/** Warp threads, one of them lifted. */
function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d="M2 11h12M2 14h12M2 8h3.5C7 8 7 3 8 3s1 5 2.5 5H14"
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
      />
    </svg>
  )
}

function isAt({ view }: Route, link: Route['view']): boolean {
  return view === link || (view === 'module' && link === 'modules') || (view === 'run' && link === 'runs')
}

function View({ route: { view, id, query }, live }: { readonly route: Route; readonly live: Live }) {
  const { shown } = live
  if (view === 'runs') return <Runs told={live.run} query={query} />
  if (view === 'run') return <RunView key={id} id={id} query={query} told={live.run} />
  if (!shown) return <p class="nothing">Loading…</p>
  switch (view) {
    case 'overview':
      return <Overview shown={shown} changes={live.changes} />
    case 'graph':
      return <GraphView id={id} shown={shown} query={query} />
    case 'modules':
      return <Modules shown={shown} query={query} />
    case 'module':
      return <ModuleView key={id} id={id} query={query} live={live} shown={shown} />
    case 'inspector':
      return <Inspector query={query} shown={shown} />
  }
}

render(<Page />, document.querySelector('#page')!)
