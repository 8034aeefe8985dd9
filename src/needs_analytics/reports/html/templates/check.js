// Copying an office's text and printing an office alone. Without this script the page is complete.
(() => {
  "use strict";

  function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  for (const button of document.querySelectorAll("button.copy")) {
    const text = button.closest(".note").querySelector("pre");
    const said = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      select(text);
      // A page opened from a disk may not use the clipboard; what is selected can still be copied.
      const copied = await navigator.clipboard?.writeText(text.textContent).then(() => true, () => false);
      if (copied || document.execCommand("copy")) {
        button.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = said; }, 2000);
      }
    });
  }

  for (const button of document.querySelectorAll("button.print")) {
    const office = button.closest("section");
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const element of [document.body, office]) element.classList.add("alone");
      addEventListener("afterprint", () => {
        for (const element of [document.body, office]) element.classList.remove("alone");
      }, { once: true });
      print();
    });
  }
})();
