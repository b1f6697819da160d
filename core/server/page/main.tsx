import { render } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Diagnostic } from './api.ts'
import { Inspector } from './inspector.tsx'
import { type Live, useLive } from './live.ts'
import { ModuleView } from './module.tsx'
import { Modules } from './modules.tsx'
import { Overview } from './overview.tsx'
import { linkTo, type Route, useRoute } from './route.ts'
import { Runs } from './runs.tsx'
import './style.css'

const links = [
  ['overview', 'Overview'],
  ['modules', 'Modules'],
  ['inspector', 'Inspector'],
  ['runs', 'Runs'],
] as const

function Page() {
  const route = useRoute()
  const live = useLive()
  useEffect(() => {
    document.title = `${route.view === 'module' ? route.id : route.view} — Heddle`
  }, [route.view, route.id])
  return (
    <>
      <header>
        <a href={linkTo('overview')} class="name">
          Heddle
        </a>
        <nav aria-label="Views">
          {links.map(([view, title]) => (
            <a key={view} href={linkTo(view)} {...(isAt(route, view) && { 'aria-current': 'page' as const })}>
              {title}
            </a>
          ))}
        </nav>
        <output class={live.isConnected ? 'live' : 'lost'}>
          {live.isConnected ? `live · generation ${live.generation}` : 'not connected; trying again'}
        </output>
      </header>
      <Faults live={live} />
      <main>
        <View route={route} live={live} />
      </main>
    </>
  )
}

function isAt(route: Route, view: Route['view']): boolean {
  return route.view === view || (route.view === 'module' && view === 'modules')
}

function View({ route: { view, id, query }, live }: { readonly route: Route; readonly live: Live }) {
  switch (view) {
    case 'overview':
      return <Overview {...live} />
    case 'modules':
      return <Modules graph={live.graph} query={query} />
    case 'module':
      return <ModuleView key={id} id={id} line={Number(query.get('line'))} generation={live.generation} />
    case 'inspector':
      return <Inspector query={query} generation={live.generation} />
    case 'runs':
      return <Runs told={live.runs} />
  }
}

/** What is wrong with what is served, besides its modules. */
function Faults({ live: { standing } }: { readonly live: Live }) {
  if (!standing) return null
  const { fault, faults, degraded } = standing
  const shown: readonly Diagnostic[] = [...(fault ? [fault] : []), ...faults]
  if (shown.length === 0 && !degraded) return null
  return (
    <div class="faults" role="alert">
      {degraded && <p>Change notices are being lost; everything is looked at again and again.</p>}
      {shown.slice(0, 5).map(({ code, message, hint }) => (
        <p key={code + message}>
          <code>{code}</code> {message} {hint && `→ ${hint}`}
        </p>
      ))}
    </div>
  )
}

render(<Page />, document.querySelector('#page')!)
