// Of the page itself, which has nothing but the element.
import './piecework-jobs.js'
