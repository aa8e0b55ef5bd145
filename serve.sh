#!/bin/sh
# Serve the site and post the letters beside it. A worker that dies is started again; when the site ends, both end.
set -u
keep_worker() {
    trap 'kill $child 2>/dev/null; wait $child; exit' INT TERM
    while :; do
        flask --app app worker &
        child=$!
        wait $child
        echo "The worker ended ($?); it is started again." >&2
        sleep 2 &
        child=$!
        wait $child
    done
}
keep_worker &
worker=$!
gunicorn --bind "127.0.0.1:$1" --workers 2 --threads 4 --config gunicorn.conf.py "app:create_app()" &
web=$!
trap 'kill $web $worker 2>/dev/null' INT TERM
wait $web
ended=$?
kill $web $worker 2>/dev/null
wait
exit $ended
