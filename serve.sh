#!/bin/sh
# Serve the site and post the letters beside it; one ends, both end.
set -u
flask --app app worker &
worker=$!
gunicorn --bind "127.0.0.1:$1" --workers 2 --threads 4 --config gunicorn.conf.py "app:create_app()" &
web=$!
trap 'kill $worker $web 2>/dev/null' INT TERM
while kill -0 $worker 2>/dev/null && kill -0 $web 2>/dev/null; do sleep 1; done
kill $worker $web 2>/dev/null
wait
