// Waits that tick, and a short tone: no file of sound, and no word of anybody.
(() => {
  const d = document, at = (id) => d.getElementById(id), all = (what, where = d) => [...where.querySelectorAll(what)];
  let sound, loud = true;

  const ring = () => {
    if (!loud) return;
    try {
      sound = sound || new AudioContext();
      const now = sound.currentTime, tone = sound.createOscillator(), level = sound.createGain();
      tone.frequency.setValueAtTime(660, now);
      tone.frequency.setValueAtTime(880, now + 0.09);
      level.gain.setValueAtTime(0.0001, now);
      level.gain.exponentialRampToValueAtTime(0.12, now + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, now + 0.28);
      tone.connect(level).connect(sound.destination);
      tone.start(now);
      tone.stop(now + 0.3);
    } catch { /* no sound here: the title and the page still tell */ }
  };
  const { moment } = window.times;
  const tick = () => all("time[data-since]").forEach((time) => {
    if (!time.dateTime) return;
    const s = Math.max(0, Math.floor((Date.now() - new Date(time.dateTime)) / 1000)), two = (n) => String(n).padStart(2, "0");
    const h = Math.floor(s / 3600), text = (h ? h + ":" + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ":" + two(s % 60);
    if (h > 47) time.textContent = moment(time.dateTime);
    else if (time.textContent !== text) time.textContent = text;
  });
  const local = (where) => { window.times.local(where); tick(); };
  const noise = (on) => {
    loud = on;
    at("sound").textContent = on ? at("sound").dataset.on : at("sound").dataset.off;
    try { localStorage.setItem("desk sound", on ? "on" : "off"); } catch { /* it is not remembered */ }
    if (on) ring();
  };
  // A switch of this browser's: no word of anybody is ever kept here.
  try { loud = localStorage.getItem("desk sound") !== "off"; } catch { /* as usual */ }
  at("sound").textContent = loud ? at("sound").dataset.on : at("sound").dataset.off;
  at("sound").addEventListener("click", () => noise(!loud));
  at("sound").hidden = false;
  setInterval(tick, 1000);
  window.signals = { ring, moment, local, tick, noise: () => noise(!loud) };
})();
