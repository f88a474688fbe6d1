// A page in the background may sleep for a minute; a worker does not. It only keeps time.
setInterval(() => postMessage(0), 5000);
