(function () {
  "use strict";
  var inputs = document.querySelectorAll("input.switch");
  function say(input) {
    var article = document.querySelector("article." + input.id.slice(5));
    document.documentElement.lang = article.lang;
    document.title = article.getAttribute("data-title");
  }
  Array.prototype.forEach.call(inputs, function (input) {
    if (location.hash === "#" + input.id.slice(5)) { input.checked = true; }
    if (input.checked) { say(input); }
    input.addEventListener("change", function () {
      say(input);
      history.replaceState(null, "", "#" + input.id.slice(5));
    });
  });
  window.addEventListener("beforeprint", function () {
    Array.prototype.forEach.call(document.querySelectorAll("details"), function (details) { details.open = true; });
  });
})();
