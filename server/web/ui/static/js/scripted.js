// Says that scripts run, so that controls which need one may show.
document.documentElement.classList.add("scripted");
