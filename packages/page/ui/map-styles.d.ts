/** Of styles.css, as the build makes it. */
export declare const styles: string
