import type { FastifyInstance } from 'fastify'
import { people } from './people.js'

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Planning projects</title>
<link rel="stylesheet" href="home.css">
<script type="module" src="api/v1/ui/piecework-jobs.js"></script>
<script type="module" src="home.js"></script>
<header>
  <nav aria-label="Projects"><a href="./">Everything</a></nav>
  <label>You are <select>${people.map(({ id }) => `<option>${id}</option>`).join('')}</select></label>
</header>
<main><piecework-jobs></piecework-jobs></main>
</html>
`

/** A real host has its own sign-in; here one chooses who one is. */
const script = `const who = document.querySelector('select')
const jobs = document.querySelector('piecework-jobs')
who.value = sessionStorage.getItem('who') ?? 'ann'
who.addEventListener('change', () => {
  sessionStorage.setItem('who', who.value)
  location.reload()
})
jobs.headers = () => ({ authorization: 'Bearer ' + who.value })
const project = new URLSearchParams(location.search).get('project')
if (project) jobs.setAttribute('resource', 'project:' + project)
const answer = await fetch('projects', { headers: jobs.headers() })
for (const { id, name } of answer.ok ? await answer.json() : []) {
  const link = document.createElement('a')
  link.href = '?project=' + encodeURIComponent(id)
  link.textContent = name
  if (id === project) link.setAttribute('aria-current', 'page')
  document.querySelector('nav').append(link)
}
`

const styles = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; background: light-dark(#fff, #16191d) }
header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; justify-content: space-between; padding: .75rem 1rem; background: light-dark(#f2f5f7, #20262c) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; min-width: 0; overflow-wrap: anywhere }
a { color: light-dark(#0b57a4, #8cc1f5) }
[aria-current] { font-weight: 600 }
main { max-width: 62rem; margin: 0 auto; padding: 1rem }
`

/** The host's own page, with the element on it. */
export async function homeRoutes(app: FastifyInstance): Promise<void> {
  const policy = "default-src 'self'; script-src 'self'; style-src 'self'"
  const files = {
    '/': ['text/html', html],
    '/home.js': ['text/javascript', script],
    '/home.css': ['text/css', styles],
  }
  for (const [path, [type = '', text]] of Object.entries(files))
    app.get(path, async (_request, reply) =>
      reply.type(`${type}; charset=utf-8`).header('content-security-policy', policy).send(text),
    )
}
